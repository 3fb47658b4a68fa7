print("warmpoold")

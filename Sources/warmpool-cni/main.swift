print("cni")

print("warmpoolctl")

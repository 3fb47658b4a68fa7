import CNetlink

let s = nl_socket_alloc()
print(nl_connect(s, 0))

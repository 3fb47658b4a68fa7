// module Netlink

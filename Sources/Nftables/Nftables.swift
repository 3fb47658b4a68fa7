// module Nftables

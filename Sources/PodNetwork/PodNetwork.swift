// module PodNetwork

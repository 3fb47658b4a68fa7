// module CNI

// module Store

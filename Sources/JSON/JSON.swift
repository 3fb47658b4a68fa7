// module JSON

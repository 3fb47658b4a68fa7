// module ModelVPC

// module Fabric

// module InstanceLimits

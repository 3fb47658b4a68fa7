// module ControlProtocol

// module Daemon

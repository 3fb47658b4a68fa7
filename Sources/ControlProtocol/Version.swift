/// The version of this build: the same for daemon, plugin and tools, which are released together.
public let warmpoolVersion = "0.1.0"

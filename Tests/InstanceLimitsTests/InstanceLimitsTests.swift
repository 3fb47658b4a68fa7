import Testing
@testable import InstanceLimits

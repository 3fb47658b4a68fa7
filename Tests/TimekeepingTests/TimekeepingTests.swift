import Testing
@testable import Timekeeping

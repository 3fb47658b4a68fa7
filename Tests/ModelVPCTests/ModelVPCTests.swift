import Testing
@testable import ModelVPC

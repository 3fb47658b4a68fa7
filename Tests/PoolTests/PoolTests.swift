import Testing

@testable import Pool

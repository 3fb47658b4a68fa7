/// Why an nftables command failed.
public enum NftablesError: Error, Hashable, Sendable {
    /// The program isn't installed; `package` is what brings it.
    case missingProgram(String, package: String)
    /// `nft` refused; its own words.
    case refused(String)
    /// The program could not be run, or died.
    case failed(String)
}

extension NftablesError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingProgram(let program, let package):
            "there is no program '\(program)' in PATH: install the package '\(package)'"
        case .refused(let message): "nft refused: \(message)"
        case .failed(let reason): "nft could not be run: \(reason)"
        }
    }
}

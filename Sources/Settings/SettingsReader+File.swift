import FoundationEssentials
import Glibc

extension SettingsReader {
    /// The text of a file of settings.
    ///
    /// - Parameter hint: what to do when there is none, for the error.
    /// - Throws: ``SettingsProblems`` with the system's reason.
    public static func text(ofFile path: String, hint: String) throws(SettingsProblems) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SettingsProblems(["\(path): cannot be read (\(error.localizedReason)); \(hint)"])
        }
    }
}

extension Error {
    /// What the system says, without the wrapping that names the file once more.
    package var localizedReason: String {
        if let cause = (self as? CocoaError)?.underlying as? POSIXError {
            return String(cString: strerror(cause.code.rawValue))
        }
        return "\(self)"
    }
}

import JSON
import Yams

extension Report {
    /// The report as JSON, indented, without a final newline.
    ///
    /// - Throws: what encoding throws; a report has nothing that JSON cannot carry.
    public func json() throws -> String {
        try JSONCoding.encode(self).text(.indented)
    }

    /// The report as YAML, with the members of the JSON.
    ///
    /// - Throws: what encoding throws; a report has nothing that YAML cannot carry.
    public func yaml() throws -> String {
        try YAMLEncoder().encode(self)
    }
}

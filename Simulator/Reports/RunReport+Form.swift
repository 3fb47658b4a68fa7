import Presentation

extension RunReport {
    /// In which form a report is written.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        case text, json, csv, html

        /// The form of a file, by the ending of its name; `nil` where that says none.
        public init?(ofFile path: String) {
            guard let ending = path.split(separator: ".").last, ending.count < path.count else { return nil }
            self.init(rawValue: ending == "txt" ? "text" : String(ending))
        }
    }

    /// The report in a form, with a newline at its end.
    ///
    /// - Parameter style: what a terminal can show; of no account for the other forms.
    /// - Throws: what encoding throws; a report has nothing that JSON cannot carry.
    public func written(as form: Form, _ style: TextStyle = .plain) throws -> String {
        switch form {
        case .text: text(style)
        case .json: try json() + "\n"
        case .csv: csv
        case .html: html
        }
    }
}

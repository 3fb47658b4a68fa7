import Yams

extension YamlError {
    /// What is wrong with a document and where, as one line.
    ///
    /// - Parameter file: the document's name.
    func problem(in file: String) -> String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(file):\(mark.line): not valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "\(file):\(context.mark.line): given more than once: \(keys.joined(separator: ", "))"
        case .reader(let problem, let offset, _, let text):
            "\(file):\(YamlError.line(of: offset, in: text)): not valid YAML: \(problem)"
        default: "\(file): not valid YAML: \(self)"
        }
    }

    private static func line(of offset: Int?, in text: String) -> Int {
        1 + text.prefix(offset ?? 0).count(where: \.isNewline)
    }
}

import Yams

extension YamlError {
    /// What is wrong with a document and where, as one line.
    ///
    /// - Parameter file: the document's name.
    func problem(in file: String) -> String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(problem)"
    }

    /// The line that is wrong, from 1; `nil` where the parser does not say.
    public var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        case .reader(_, let offset, _, let text): 1 + text.prefix(offset ?? 0).count(where: \.isNewline)
        default: nil
        }
    }

    /// What is wrong there, as the rest of a sentence.
    public var problem: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _),
            .reader(let problem, _, _, _):
            "not valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, _): "given more than once: \(keys.joined(separator: ", "))"
        default: "not valid YAML: \(self)"
        }
    }
}

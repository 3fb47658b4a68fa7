import JSON

/// Reads the members of an object, or of one within it. What is absent or null is `nil`; what is of the wrong kind is
/// reported with its place and is `nil` too. Members that nobody asks for are left alone: objects have many that do not
/// matter here.
struct ObjectReader {
    /// What all readers of one object share.
    final class Report {
        /// Everything that is wrong.
        var problems: [InputProblem] = []
        fileprivate let place: ManifestPlace
        fileprivate let title: String

        /// - Parameter title: the object's kind and name.
        init(place: ManifestPlace, title: String) {
            self.place = place
            self.title = title
        }
    }

    private let object: JSONObject
    private let path: [JSONStep]
    private let report: Report

    init(_ object: JSONObject, report: Report) {
        self.init(object, path: [], report: report)
    }

    private init(_ object: JSONObject, path: [JSONStep], report: Report) {
        self.object = object
        self.path = path
        self.report = report
    }

    /// Reports what is wrong with a member.
    func refuse(_ name: String, _ problem: String) {
        refuse(path + [.member(name)], problem)
    }

    private func refuse(_ path: [JSONStep], _ problem: String) {
        let place = report.place.text(of: path)
        let text = "\(report.title): \(JSONStep.text(of: path)): \(problem)"
        let problem = InputProblem(place: place, problem: text)
        // A member may be read for more than one purpose.
        if !report.problems.contains(problem) { report.problems.append(problem) }
    }

    private func value<Value>(_ name: String, expecting what: String, _ convert: (JSONValue) -> Value?) -> Value? {
        guard let value = object[name], !value.isNull else { return nil }
        let converted = convert(value)
        if converted == nil { refuse(name, "expected \(what), not \(value.citation)") }
        return converted
    }

    // MARK: Single values

    func string(_ name: String) -> String? { value(name, expecting: "text", \.stringValue) }

    /// A text that must be there; empty where it is not.
    func needed(_ name: String) -> String {
        require(name)
        return string(name) ?? ""
    }

    /// Reports that a member is missing.
    func require(_ name: String) {
        if object[name]?.isNull ?? true { refuse(name, "missing") }
    }

    func bool(_ name: String) -> Bool? { value(name, expecting: "true or false", \.boolValue) }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        value(name, expecting: "a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            value.intValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of the names of a type's cases.
    func choice<Value: RawRepresentable & CaseIterable>(_ name: String, of type: Value.Type) -> Value?
    where Value.RawValue == String {
        value(name, expecting: "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")) { value in
            value.stringValue.flatMap(Value.init(rawValue:))
        }
    }

    /// A number of pods, or a percentage.
    func amount(_ name: String) -> Workload.Amount? {
        value(name, expecting: "a whole number that is not negative, or a percentage such as 25%") { value in
            if let count = value.intValue, (0...ObjectReader.mostPods).contains(count) { return .pods(count) }
            guard let text = value.stringValue, text.last == "%" else { return nil }
            return Int(text.dropLast()).flatMap { (0...ObjectReader.mostPods).contains($0) ? .percent($0) : nil }
        }
    }

    /// The most pods of one workload: that number is an `int32` in Kubernetes.
    static let mostPods = Int(Int32.max)

    // MARK: Collections

    /// The object that a member is.
    func object(_ name: String) -> ObjectReader? {
        value(name, expecting: "an object", \.objectValue)
            .map { ObjectReader($0, path: path + [.member(name)], report: report) }
    }

    /// The objects of a list; none where it is absent.
    func objects(_ name: String) -> [ObjectReader] {
        elements(name, of: "an object", \.objectValue).map { index, object in
            ObjectReader(object, path: path + [.member(name), .element(index)], report: report)
        }
    }

    /// The texts of a list; none where it is absent.
    func strings(_ name: String) -> [String] {
        elements(name, of: "text", \.stringValue).map(\.1)
    }

    private func elements<Value>(
        _ name: String, of what: String, _ convert: (JSONValue) -> Value?
    ) -> [(Int, Value)] {
        let list = value(name, expecting: "a list", \.arrayValue) ?? []
        return list.enumerated().compactMap { index, element in
            if let value = convert(element) { return (index, value) }
            refuse(path + [.member(name), .element(index)], "expected \(what), not \(element.citation)")
            return nil
        }
    }

    /// Names and texts, such as labels; none where the member is absent.
    func labels(_ name: String) -> [String: String] {
        guard let labels = object(name) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: labels.object.compactMap { label in
                if label.value.isNull { return (label.name, "") }
                return labels.value(label.name, expecting: "text (in quotes)", \.stringValue).map { (label.name, $0) }
            })
    }

    // MARK: Resources

    /// Amounts by the names of resources; none where the member is absent.
    func quantities(_ name: String) -> [String: Quantity] {
        guard let amounts = object(name) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: amounts.object.compactMap { amount in
                amounts.quantity(amount.name).map { (amount.name, $0) }
            })
    }

    /// An amount that is not negative, and not so large that sums of it are without meaning.
    private func quantity(_ name: String) -> Quantity? {
        let quantity = value(name, expecting: Quantity.expectedText) { value in
            Quantity(value.stringValue ?? value.numberText ?? "")
        }
        if let quantity, quantity.milliValue / 1000 > ObjectReader.largestAmount {
            refuse(name, "expected at most 1Pi, not \(object[name]?.citation ?? "")")
            return nil
        }
        return quantity
    }

    private static let largestAmount: Int64 = 1 << 50
}

extension JSONValue {
    /// The text of a number.
    fileprivate var numberText: String? {
        switch self {
        case .integer, .number: text()
        default: nil
        }
    }
}

/// What the API calls the operators of label selectors and of node selectors.
private enum Operator: String, CaseIterable {
    case isIn = "In"
    case isNotIn = "NotIn"
    case exists = "Exists"
    case doesNotExist = "DoesNotExist"
    case isGreater = "Gt"
    case isLess = "Lt"
}

extension Requirement {
    /// Reads an expression of a selector; `nil` where something is wrong with it, which is reported.
    init?(_ reader: ObjectReader) {
        let key = reader.needed("key")
        reader.require("operator")
        guard let condition = reader.choice("operator", of: Operator.self) else { return nil }
        let values = reader.strings("values")
        switch condition {
        case .isIn: self = .isIn(key: key, values)
        case .isNotIn: self = .isNotIn(key: key, values)
        case .exists: self = .exists(key: key)
        case .doesNotExist: self = .doesNotExist(key: key)
        case .isGreater, .isLess:
            guard values.count == 1, let limit = Int64(values[0]) else {
                reader.refuse("values", "expected one whole number in quotes for the operator \(condition.rawValue)")
                return nil
            }
            self = condition == .isGreater ? .isGreater(key: key, than: limit) : .isLess(key: key, than: limit)
        }
    }
}

extension SpreadConstraint {
    /// Reads a constraint of a pod with these labels; `nil` for one that is only a wish, and where something is wrong.
    ///
    /// Source: Kubernetes documentation, "Pod Topology Spread Constraints"; `matchLabelKeys` is KEP-3243.
    init?(_ reader: ObjectReader, labels: [String: String]) {
        guard reader.needed("whenUnsatisfiable") == "DoNotSchedule" else { return nil }
        let key = reader.needed("topologyKey")
        var selector = reader.object("labelSelector").map { selector in
            selector.labels("matchLabels").sorted { $0.key < $1.key }.map { Requirement.isIn(key: $0.key, [$0.value]) }
                + selector.objects("matchExpressions").compactMap { Requirement($0) }
        }
        for key in reader.strings("matchLabelKeys") {
            if let value = labels[key] { selector?.append(.isIn(key: key, [value])) }
        }
        let counts = 1...ObjectReader.mostPods
        self.init(
            topologyKey: key, maxSkew: reader.integer("maxSkew", in: counts) ?? 1, selector: selector,
            minDomains: reader.integer("minDomains", in: counts) ?? 1)
    }
}

extension Toleration {
    /// Reads a toleration. Without a key it is for every taint, without an effect for every effect.
    init(_ reader: ObjectReader) {
        let key = reader.string("key") ?? ""
        let isForAnyValue = reader.string("operator") == "Exists"
        self.init(
            key: key.isEmpty ? nil : key, value: isForAnyValue ? nil : reader.string("value") ?? "",
            effect: reader.string("effect") == "" ? nil : reader.choice("effect", of: Taint.Effect.self))
    }
}

extension Taint {
    /// Reads a taint; `nil` where something is wrong with it, which is reported.
    init?(_ reader: ObjectReader) {
        let key = reader.needed("key")
        reader.require("effect")
        guard let effect = reader.choice("effect", of: Effect.self) else { return nil }
        self.init(key: key, value: reader.string("value") ?? "", effect: effect)
    }
}

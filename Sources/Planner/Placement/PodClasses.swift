/// The kinds of pods that there are: those of one namespace and one template are alike to the scheduler.
struct PodClasses {
    /// A kind.
    struct PodClass: Hashable {
        let namespace: String
        let template: PodTemplate
    }

    private(set) var all: [PodClass] = []
    private var numbers: [PodClass: Int] = [:]

    /// The number of a kind, which may be new.
    mutating func number(_ namespace: String, _ template: PodTemplate) -> Int {
        // Pods of one workload mostly follow one another.
        if let last = all.last, last.namespace == namespace, last.template == template { return all.count - 1 }
        let new = PodClass(namespace: namespace, template: template)
        if let number = numbers[new] { return number }
        numbers[new] = all.count
        all.append(new)
        return all.count - 1
    }

    /// The labels of nodes that any of them asks for.
    var labelsOfInterest: Set<String> { all.reduce(into: []) { $0.formUnion($1.template.labelsOfInterest) } }

    /// The extended resources that any of them requests, in order.
    var extendedResources: [String] { Set(all.flatMap { $0.template.requests.extended.keys }).sorted() }
}

/// The table is text, one line per type in the order of names: a lookup reads the one line that it needs.
extension InstanceType {
    /// The type of this name.
    ///
    /// - Throws: ``UnknownInstanceType`` with the names most like it.
    public init(named name: String) throws(UnknownInstanceType) {
        var wanted = Array(name.utf8)
        wanted.append(UInt8(ascii: "\t"))
        for line in Lines(text: PackageResources.instance_types_tsv[...]) where line.starts(with: wanted) {
            if let type = InstanceType(line: line) {
                self = type
                return
            }
        }
        throw UnknownInstanceType(name: name, suggestions: InstanceType.names(like: name))
    }

    /// Every type of the table, in the order of names.
    public static var all: [InstanceType] {
        Lines(text: PackageResources.instance_types_tsv[...]).compactMap(InstanceType.init(line:))
    }

    /// Reads `type, ENIs, IPv4 per ENI, IPv6 per ENI, vCPUs, MiB, hypervisor`, which tabs separate; `nil` for comments.
    init?(line: ArraySlice<UInt8>) {
        let fields = line.split(separator: UInt8(ascii: "\t")).map { String(decoding: $0, as: UTF8.self) }
        guard line.first != UInt8(ascii: "#"), fields.count == 7, let enis = Int(fields[1]),
            let ipv4PerENI = Int(fields[2]), let ipv6PerENI = Int(fields[3]), let vCPUs = Int(fields[4]),
            let memoryMiB = Int(fields[5])
        else { return nil }
        name = fields[0]
        self.enis = enis
        self.ipv4PerENI = ipv4PerENI
        self.ipv6PerENI = ipv6PerENI
        self.vCPUs = vCPUs
        self.memoryMiB = memoryMiB
        hypervisor = Hypervisor(rawValue: fields[6])
    }

    /// At most three names that at most three insertions, deletions or replacements of a character turn into `name`.
    private static func names(like name: String) -> [String] {
        let characters = Array(name.lowercased().utf8)
        guard characters.count <= 32 else { return [] }
        return all.map { (name: $0.name, distance: editDistance(characters, Array($0.name.utf8))) }
            .filter { $0.distance <= 3 }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3)
            .map(\.name)
    }
}

/// The lines of a text, one after the other.
private struct Lines: Sequence, IteratorProtocol {
    var text: ArraySlice<UInt8>

    mutating func next() -> ArraySlice<UInt8>? {
        guard !text.isEmpty else { return nil }
        let end = text.firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
        defer { text = text[end...].dropFirst() }
        return text[..<end]
    }
}

/// The Levenshtein distance: how many insertions, deletions and replacements lead from one word to the other.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}

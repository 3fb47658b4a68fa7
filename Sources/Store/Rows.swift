import Addressing
import GRDB
import Identity
import Pool
import Timekeeping

/// How the records of a pool stand in the tables.
extension Database {
    /// Carries out one change, within the transaction of its event.
    func apply(_ change: Change) throws {
        switch change {
        case .putENI(let eni):
            try run(
                "INSERT OR REPLACE INTO eni VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    eni.id.description, eni.mac.description, eni.subnet.description, eni.subnetCIDR.description,
                    eni.networkCard, eni.primaryAddress.description, eni.isPrimary, eni.deviceIndex,
                    eni.ipv6Prefix?.description,
                ])
        case .removeENI(let id):
            try run("DELETE FROM eni WHERE id = ?", [id.description])
        case .putAddress(let record):
            let owner = record.state.attachment
            try run(
                "INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    record.address.description, record.eni.description, record.state.name,
                    record.state.coolingUntil?.nanoseconds, owner?.network, owner?.containerID, owner?.ifname,
                    record.block.description, record.state.keptFor?.namespace, record.state.keptFor?.name,
                ])
        case .removeAddress(let address):
            try run("DELETE FROM address WHERE address = ?", [address.description])
        case .putAttachment(let attachment):
            try run(
                "INSERT OR REPLACE INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    attachment.id.network, attachment.id.containerID, attachment.id.ifname, attachment.pod.namespace,
                    attachment.pod.name, attachment.pod.uid, attachment.netns,
                    attachment.addresses.primary.description, attachment.eni.description,
                    attachment.since.nanoseconds, attachment.addresses.companion?.description,
                ])
        case .removeAttachment(let id):
            try run(
                "DELETE FROM attachment WHERE network = ? AND containerID = ? AND ifname = ?",
                [id.network, id.containerID, id.ifname])
        }
    }

    /// Everything that the tables hold.
    func snapshot() throws -> PoolSnapshot {
        PoolSnapshot(
            enis: try Row.fetchAll(self, sql: "SELECT * FROM eni ORDER BY deviceIndex, id").map(ENIRecord.init),
            addresses: try Row.fetchAll(self, sql: "SELECT * FROM address ORDER BY until, address")
                .map(AddressRecord.init),
            attachments: try Row.fetchAll(self, sql: "SELECT * FROM attachment").map(Attachment.init))
    }

    private func run(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }
}

extension AddressState {
    fileprivate init(_ row: Row) throws {
        switch try row.value("state") as String {
        case "assigned": self = .assigned(try AttachmentID(row))
        case "orphaned": self = .orphaned(try AttachmentID(row))
        case "cooling":
            let namespace: String? = try row.optional("keptForNamespace")
            let name: String? = try row.optional("keptForName")
            let keptFor = namespace.flatMap { namespace in name.map { PodName(namespace: namespace, name: $0) } }
            self = .cooling(until: Instant(nanoseconds: try row.value("until")), keptFor: keptFor)
        case "releasing": self = .releasing
        case "free": self = .free
        default: throw row.corruption("state")
        }
    }
}

extension AttachmentID {
    fileprivate init(_ row: Row) throws {
        self.init(
            network: try row.value("network"), containerID: try row.value("containerID"),
            ifname: try row.value("ifname"))
    }
}

extension ENIRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: ENIID(try row.value("id")), mac: try row.parse("mac"), subnet: SubnetID(try row.value("subnet")),
            subnetCIDR: try row.parse("subnetCIDR"), networkCard: try row.value("networkCard"),
            primaryAddress: try row.parse("primaryAddress"), isPrimary: try row.value("isPrimary"),
            deviceIndex: try row.optional("deviceIndex"), ipv6Prefix: try row.parseOptional("ipv6Prefix"))
    }
}

extension AddressRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            address: try row.parse("address"), block: try row.parse("block"), eni: ENIID(try row.value("eni")),
            state: try AddressState(row))
    }
}

extension Attachment {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try AttachmentID(row),
            pod: PodIdentity(
                namespace: try row.value("podNamespace"), name: try row.value("podName"),
                uid: try row.value("podUID")),
            netns: try row.value("netns"), addresses: try PodAddresses(row), eni: ENIID(try row.value("eni")),
            since: Instant(nanoseconds: try row.value("since")))
    }
}

extension PodAddresses {
    /// The address beside the primary one.
    fileprivate var companion: IPv6Address? {
        if case .dualStack(_, let address) = self { address } else { nil }
    }

    fileprivate init(_ row: Row) throws {
        let companion: IPv6Address? = try row.parseOptional("ipv6Address")
        let primary: IPAddress = try row.parse("address")
        guard let addresses = PodAddresses(ipv4: primary.v4, ipv6: primary.v6 ?? companion) else {
            throw row.corruption("address")
        }
        self = addresses
    }
}

/// A value that cannot be is a sign of corruption, and treated as such.
extension Row {
    fileprivate func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ column: String
    ) throws -> Value {
        do {
            return try decode(Value.self, forColumn: column)
        } catch {
            throw corruption(column)
        }
    }

    /// A column that may be empty.
    fileprivate func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ column: String
    ) throws -> Value? {
        (self[column] as DatabaseValue).isNull ? nil : try value(column)
    }

    /// A column that may be empty, and whose text is a value of ours otherwise.
    fileprivate func parseOptional<Value: LosslessStringConvertible>(_ column: String) throws -> Value? {
        (self[column] as DatabaseValue).isNull ? nil : try parse(column)
    }

    /// A column whose text is a value of ours.
    fileprivate func parse<Value: LosslessStringConvertible>(_ column: String) throws -> Value {
        guard let value = Value(try value(column) as String) else { throw corruption(column) }
        return value
    }

    fileprivate func corruption(_ column: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "column \(column) holds a malformed value")
    }
}

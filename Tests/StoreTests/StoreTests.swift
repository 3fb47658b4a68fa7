import Addressing
import Foundation
import GRDB
import Identity
import Pool
import Testing
import Timekeeping

@testable import Store

@Suite struct StoreTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID())")
    private var path: String { directory.appending(path: "pool.sqlite").path }

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func withStore(
        bootID: String = "boot-1", _ body: (Store, Store.Contents) throws -> Void
    ) throws {
        let (store, contents) = try Store.open(path: path, bootID: bootID, date: "now")
        try store.begin(bootID: bootID, [])
        try body(store, contents)
        try store.close()
    }

    @Test func whatWasAppliedIsThereAfterReopening() throws {
        try withStore { store, contents in
            #expect(contents.snapshot == PoolSnapshot())
            try store.apply(Sample.everyKindOfChange)
            #expect(try store.snapshot() == Sample.snapshot)
        }
        try withStore { _, contents in
            #expect(contents.snapshot == Sample.snapshot)
            #expect(contents.isSameBoot)
            #expect(contents.setAside == nil)
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func removalsUndoEveryKindOfChange() throws {
        try withStore { store, _ in
            try store.apply(Sample.everyKindOfChange)
            try store.apply(
                Sample.snapshot.attachments.map { .removeAttachment($0.id) }
                    + Sample.snapshot.addresses.map { .removeAddress($0.address) }
                    + Sample.snapshot.enis.map { .removeENI($0.id) })
            #expect(try store.snapshot() == PoolSnapshot())
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func anotherBootIsNoticedOnce() throws {
        try withStore(bootID: "boot-1") { _, contents in #expect(!contents.isSameBoot) }
        try withStore(bootID: "boot-2") { _, contents in #expect(!contents.isSameBoot) }
        try withStore(bootID: "boot-2") { _, contents in #expect(contents.isSameBoot) }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aStartThatIsCutShortLeavesTheOldBootInForce() throws {
        try withStore(bootID: "boot-1") { store, _ in try store.apply(Sample.everyKindOfChange) }
        do {
            // The store's lock goes with the store.
            let (store, contents) = try Store.open(path: path, bootID: "boot-2", date: "now")
            #expect(!contents.isSameBoot)
            try store.close()
        }
        try withStore(bootID: "boot-2") { _, contents in
            #expect(!contents.isSameBoot, "the attachments of the old boot are still to be released")
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aTransactionThatFailsHalfwayLeavesNothing() throws {
        try withStore { store, _ in
            var twice = Sample.attachment
            twice.id.ifname = "eth1"
            // `INSERT OR REPLACE` must not hide that an address would have two owners: the older row goes.
            try store.apply([.putAttachment(Sample.attachment), .putAttachment(twice)])
            #expect(try store.snapshot().attachments == [twice])
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test(arguments: ["garbage from the first byte", "truncated", "a page of zeros"])
    func aCorruptFileIsSetAsideAndAnEmptyStoreTakesItsPlace(_ damage: String) throws {
        try withStore { store, _ in
            try store.apply(Sample.everyKindOfChange)
        }
        try damageFile(damage)
        try withStore { store, contents in
            #expect(contents.setAside == path + ".corrupt-now")
            #expect(contents.snapshot == PoolSnapshot())
            try store.apply(Sample.everyKindOfChange)
        }
        #expect(FileManager.default.fileExists(atPath: path + ".corrupt-now"))
        try withStore { _, contents in #expect(contents.snapshot == Sample.snapshot) }
        try FileManager.default.removeItem(at: directory)
    }

    /// Changes the file beside the store that has it open.
    private func damage(_ sql: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }

    private func damageFile(_ damage: String) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        switch damage {
        case "garbage from the first byte": data = Data(repeating: 0x5a, count: data.count)
        case "truncated": data = data.prefix(data.count / 2)
        default: data.replaceSubrange(4096..<8192, with: Data(repeating: 0, count: 4096))
        }
        try data.write(to: URL(filePath: path))
    }

    @Test func aMalformedValueCountsAsCorruption() throws {
        try withStore { store, _ in
            try store.apply(Sample.everyKindOfChange)
            try damage("UPDATE address SET address = 'ten' WHERE address = '10.0.0.5'")
        }
        try withStore { _, contents in #expect(contents.setAside != nil) }
        try FileManager.default.removeItem(at: directory)
    }

    @Test(arguments: [
        "UPDATE eni SET networkCard = 'zero'", "UPDATE eni SET subnet = x'ff'", "UPDATE attachment SET since = 'now'",
        "UPDATE address SET until = NULL WHERE state = 'cooling'", "UPDATE address SET containerID = NULL",
        "UPDATE address SET block = '10.0.0.16/27'", "UPDATE attachment SET ipv6Address = '10.0.0.1'",
        "UPDATE eni SET ipv6Prefix = 'many'",
    ])
    func aValueOfAnotherTypeCountsAsCorruption(_ sql: String) throws {
        try withStore { store, _ in
            try store.apply(Sample.everyKindOfChange)
            try damage(sql)
        }
        try withStore { _, contents in #expect(contents.setAside != nil) }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aStoreIsOpenOnceAtATime() throws {
        try withStore { _, _ in
            #expect {
                _ = try Store.open(path: path, bootID: "boot-1", date: "now")
            } throws: { error in
                if case StoreError.inUse(path) = error { true } else { false }
            }
        }
        try withStore { _, contents in #expect(contents.isSameBoot) }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aFileOfANewerVersionIsRefusedAndKept() throws {
        try withStore { store, _ in
            try damage("INSERT INTO grdb_migrations (identifier) VALUES ('99: from the future')")
        }
        let before = try Data(contentsOf: URL(filePath: path))
        #expect {
            try withStore { _, _ in }
        } throws: { error in
            if case StoreError.tooNew(path) = error { true } else { false }
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aFileOfTheFirstVersionKeepsItsPods() throws {
        let old = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(old, upTo: "1: pool")
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO eni VALUES
                        ('eni-1', '02:00:00:00:00:01', 'subnet-a', '10.0.0.0/24', 0, '10.0.0.4', 1, 0);
                    INSERT INTO attachment VALUES
                        ('warmpool', 'c1', 'eth0', 'shop', 'web-0', 'u1', '/run/netns/web-0', '10.0.0.5', 'eni-1', 42);
                    INSERT INTO address VALUES ('10.0.0.5', 'eni-1', 'assigned', NULL, 'warmpool', 'c1', 'eth0');
                    """)
        }
        try old.close()
        try withStore { _, contents in
            #expect(contents.snapshot.attachments == [Sample.attachment])
            #expect(contents.snapshot.addresses.map(\.block) == [.address(IPv4Address("10.0.0.5")!)])
            #expect(contents.snapshot.enis.map(\.ipv6Prefix) == [nil])
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func aDirectoryThatIsMissingIsNamed() throws {
        let missing = directory.appending(path: "nowhere/pool.sqlite").path
        #expect {
            _ = try Store.open(path: missing, bootID: "b", date: "now")
        } throws: { "\($0)".contains(missing) && "\($0)".contains("cannot be opened") }
        try FileManager.default.removeItem(at: directory)
    }
}

/// One of everything that a store keeps.
enum Sample {
    static let id = AttachmentID(network: "warmpool", containerID: "c1", ifname: "eth0")
    static let lostID = AttachmentID(network: "warmpool", containerID: "c2", ifname: "eth0")
    static let dualID = AttachmentID(network: "warmpool", containerID: "c3", ifname: "eth0")
    static let ipv6ID = AttachmentID(network: "warmpool", containerID: "c4", ifname: "eth0")
    static let eni = ENIID("eni-1")
    static let prefix = IPv4Network("10.0.0.16/28")!
    static let ipv6Prefix = IPv6Network("2001:db8:0:0:1::/80")!

    static let attachment = Attachment(
        id: id, pod: PodIdentity(namespace: "shop", name: "web-0", uid: "u1"), netns: "/run/netns/web-0",
        addresses: .ipv4(address(5)), eni: eni, since: Instant(nanoseconds: 42))

    static let dualStack = Attachment(
        id: dualID, pod: PodIdentity(), netns: "/run/netns/db-0", addresses: .dualStack(prefix[1], ipv6Prefix.base),
        eni: eni, since: Instant(nanoseconds: 43))

    static let ipv6 = Attachment(
        id: ipv6ID, pod: PodIdentity(), netns: "/run/netns/db-1", addresses: .ipv6(ipv6Prefix.last), eni: eni,
        since: Instant(nanoseconds: 44))

    static let snapshot = PoolSnapshot(
        enis: [
            ENIRecord(
                id: eni, mac: MACAddress(bits: 0x0200_0000_0001), subnet: SubnetID("subnet-a"),
                subnetCIDR: IPv4Network(containing: address(0), prefixLength: 24), networkCard: 0,
                primaryAddress: address(4), isPrimary: true, deviceIndex: 0, ipv6Prefix: ipv6Prefix)
        ],
        addresses: [
            single(8, .releasing), single(5, .assigned(id)), single(6, .free), single(7, .orphaned(lostID)),
            AddressRecord(
                address: .v4(prefix[1]), block: .prefix(prefix), eni: eni, state: .assigned(dualID)),
            AddressRecord(
                address: .v6(ipv6Prefix.last), block: .ipv6Prefix(ipv6Prefix), eni: eni, state: .assigned(ipv6ID)),
            single(9, .cooling(until: Instant(nanoseconds: 77))),
            AddressRecord(
                address: .v4(prefix[2]), block: .prefix(prefix), eni: eni,
                state: .cooling(until: Instant(nanoseconds: 78), keptFor: PodName(namespace: "shop", name: "db-2"))),
        ].sorted {
            ($0.state.coolingUntil ?? .origin, $0.address.description) < (
                $1.state.coolingUntil ?? .origin, $1.address.description
            )
        },
        attachments: [attachment, dualStack, ipv6])

    private static func single(_ last: UInt32, _ state: AddressState) -> AddressRecord {
        AddressRecord(address: .v4(address(last)), block: .address(address(last)), eni: eni, state: state)
    }

    static let everyKindOfChange: [Change] =
        snapshot.enis.map(Change.putENI) + snapshot.addresses.map(Change.putAddress)
        + snapshot.attachments.map(Change.putAttachment)

    private static func address(_ last: UInt32) -> IPv4Address {
        IPv4Address(bits: 0x0a00_0000 | last)
    }
}

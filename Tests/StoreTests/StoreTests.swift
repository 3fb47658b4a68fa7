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
            twice.address = Sample.attachment.address
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
    static let eni = ENIID("eni-1")

    static let attachment = Attachment(
        id: id, pod: PodIdentity(namespace: "shop", name: "web-0", uid: "u1"), netns: "/run/netns/web-0",
        address: address(5), eni: eni, since: Instant(nanoseconds: 42))

    static let snapshot = PoolSnapshot(
        enis: [
            ENIRecord(
                id: eni, mac: MACAddress(bits: 0x0200_0000_0001), subnet: SubnetID("subnet-a"),
                subnetCIDR: IPv4Network(containing: address(0), prefixLength: 24), networkCard: 0,
                primaryAddress: address(4), isPrimary: true, deviceIndex: 0)
        ],
        addresses: [
            AddressRecord(address: address(5), eni: eni, state: .assigned(id)),
            AddressRecord(address: address(6), eni: eni, state: .free),
            AddressRecord(address: address(7), eni: eni, state: .orphaned(lostID)),
            AddressRecord(address: address(8), eni: eni, state: .releasing),
            AddressRecord(address: address(9), eni: eni, state: .cooling(until: Instant(nanoseconds: 77))),
        ],
        attachments: [attachment])

    static let everyKindOfChange: [Change] =
        snapshot.enis.map(Change.putENI) + snapshot.addresses.map(Change.putAddress)
        + snapshot.attachments.map(Change.putAttachment)

    private static func address(_ last: UInt32) -> IPv4Address {
        IPv4Address(bits: 0x0a00_0000 | last)
    }
}

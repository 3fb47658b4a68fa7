import Identity
import Timekeeping

extension Pool {
    /// The pool as the store holds it, before the provider's view was read: known attachments are answered, nobody
    /// gets a new address.
    ///
    /// - Parameters:
    ///   - snapshot: what the store holds.
    ///   - sameBoot: whether the machine has run since it was stored. If not, the pods are gone, and their addresses
    ///     cool.
    /// - Returns: the pool, and the changes of the restart.
    public static func restored(
        _ snapshot: PoolSnapshot, sameBoot: Bool, configuration: PoolConfiguration, nonce: String, now: Instant
    ) -> (pool: Pool, changes: [Change]) {
        var pool = Pool(configuration: configuration, nonce: nonce, now: now)
        for record in snapshot.enis { pool.enis[record.id] = ENI(record, phase: .created) }
        for record in snapshot.addresses {
            pool.addresses[record.address] = record
            pool.enis[record.eni]?.move(record.address, of: record.block, from: nil, to: record.state)
            // When it has rested enough is not stored.
            if let pod = record.state.keptFor {
                pool.kept[pod] = Keeping(address: record.address, restsUntil: now + configuration.cooldown)
            }
        }
        for attachment in snapshot.attachments { pool.attachments[attachment.id] = attachment }
        if !sameBoot { pool.forgetBoot(now) }
        let changes = pool.settle(now).changes
        return (pool, changes)
    }

    /// Another boot: instants of the last one mean nothing, and no pod lives.
    private mutating func forgetBoot(_ now: Instant) {
        for id in attachments.keys.sorted(by: { $0.description < $1.description }) { coolDown(id, now) }
        for record in addresses.values {
            guard case .cooling(_, let pod) = record.state else { continue }
            cool(record, after: PodIdentity(namespace: pod?.namespace ?? "", name: pod?.name ?? ""), now)
        }
    }
}

import GRDB

/// The tables of the store and how older files become like them.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: pool") { db in
            try db.create(table: "boot") { table in
                table.primaryKey("id", .integer).check { $0 == 1 }
                table.column("bootID", .text).notNull()
            }
            try db.create(table: "eni", options: .withoutRowID) { table in
                table.primaryKey("id", .text).notNull()
                table.column("mac", .text).notNull()
                table.column("subnet", .text).notNull()
                table.column("subnetCIDR", .text).notNull()
                table.column("networkCard", .integer).notNull()
                table.column("primaryAddress", .text).notNull()
                table.column("isPrimary", .boolean).notNull()
                table.column("deviceIndex", .integer)
            }
            // No foreign keys: the changes of one event may come in any order.
            try db.create(table: "attachment", options: .withoutRowID) { table in
                table.column("network", .text).notNull()
                table.column("containerID", .text).notNull()
                table.column("ifname", .text).notNull()
                table.column("podNamespace", .text).notNull()
                table.column("podName", .text).notNull()
                table.column("podUID", .text).notNull()
                table.column("netns", .text).notNull()
                table.column("address", .text).notNull().unique()
                table.column("eni", .text).notNull()
                table.column("since", .integer).notNull()
                table.primaryKey(["network", "containerID", "ifname"])
            }
            try db.create(table: "address", options: .withoutRowID) { table in
                table.primaryKey("address", .text).notNull()
                table.column("eni", .text).notNull()
                table.column("state", .text).notNull()
                    .check(sql: "state IN ('free', 'assigned', 'orphaned', 'cooling', 'releasing')")
                // Nanoseconds since boot; set for cooling addresses alone.
                table.column("until", .integer)
                // Whose it is; set for assigned and orphaned addresses alone.
                table.column("network", .text)
                table.column("containerID", .text)
                table.column("ifname", .text)
            }
        }
        // What an address is of: itself, or a prefix. Who an address is kept for while it cools. The second address of
        // a pod that has one of each family, whose first is of IPv4.
        migrator.registerMigration("2: blocks") { db in
            try db.alter(table: "eni") { table in
                table.add(column: "ipv6Prefix", .text)
            }
            try db.alter(table: "address") { table in
                table.add(column: "block", .text)
                table.add(column: "keptForNamespace", .text)
                table.add(column: "keptForName", .text)
            }
            try db.execute(sql: "UPDATE address SET block = address")
            try db.alter(table: "attachment") { table in
                table.add(column: "ipv6Address", .text)
            }
        }
        return migrator
    }
}

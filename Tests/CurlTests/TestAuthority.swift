/// A CA of the test's own, with what it signed; its files go with it.
final class TestAuthority: Sendable {
    /// A certificate with its key, in PEM files.
    struct Identity {
        var certificate: String
        var key: String
    }

    private let directory: TemporaryDirectory

    init() async throws {
        directory = try TemporaryDirectory()
        try directory.write("", to: "index")
        try directory.write(TestAuthority.settings(directory.path), to: "settings")
        try await openssl(
            "req -x509 \(newKey) -config \(path("settings")) -days 30 -subj /CN=Warmpool-test-CA -keyout \(path("ca.key"))"
                + " -out \(path("ca.pem")) -extensions authority")
    }

    /// The CA's own certificate.
    var certificate: String { path("ca.pem") }

    /// - Parameters:
    ///   - name: of the files.
    ///   - alternative: the subject's alternative name, such as `IP:127.0.0.1`.
    func identity(_ name: String, alternative: String, isExpired: Bool = false) async throws -> Identity {
        try directory.write("subjectAltName = \(alternative)\n", to: "\(name).extensions")
        try await openssl(
            "req \(newKey) -config \(path("settings")) -subj /CN=\(name) -keyout \(path("\(name).key"))"
                + " -out \(path("\(name).csr"))")
        let validity = isExpired ? "-startdate 20200101000000Z -enddate 20200201000000Z" : "-days 30"
        try await openssl(
            "ca -batch -notext -config \(path("settings")) \(validity) -in \(path("\(name).csr"))"
                + " -out \(path("\(name).pem")) -extfile \(path("\(name).extensions"))")
        return Identity(certificate: path("\(name).pem"), key: path("\(name).key"))
    }

    private let newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"

    private func path(_ name: String) -> String { directory.path(name) }

    private func openssl(_ arguments: String) async throws {
        try await Program.run("/usr/bin/openssl", arguments.split(separator: " ").map(String.init))
    }

    private static func settings(_ directory: String) -> String {
        """
        [req]
        prompt = no
        distinguished_name = name
        encrypt_key = no
        [name]
        [authority]
        basicConstraints = critical, CA:true
        keyUsage = critical, keyCertSign
        [ca]
        default_ca = this
        [this]
        rand_serial = yes
        database = \(directory)/index
        new_certs_dir = \(directory)
        certificate = \(directory)/ca.pem
        private_key = \(directory)/ca.key
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        """
    }
}

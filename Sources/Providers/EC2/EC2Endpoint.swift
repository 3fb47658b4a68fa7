/// Where an EC2 API is.
struct EC2Endpoint: Hashable, Sendable {
    let url: String
    let region: String
    /// For errors: `EC2 at ec2.eu-central-1.amazonaws.com`.
    let name: String

    /// - Parameter url: `nil` for Amazon's own in that region.
    init(url: String?, region: String) {
        let url = url ?? "https://ec2.\(region).amazonaws.com"
        self.url = url
        self.region = region
        let authority = url.firstRange(of: "://").map { url[$0.upperBound...].prefix { $0 != "/" } } ?? url[...]
        name = "EC2 at \(authority)"
    }
}

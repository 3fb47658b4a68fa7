import Curl
import Foundation
import HTTPTesting

/// The signer of AWS's own SDK for Python.
enum Botocore {
    private struct Question: Encodable {
        var method: String
        var url: String
        var parameters: [[String]]
        var headers: [[String]]
        var body: Data
        var accessKeyID: String
        var secretAccessKey: String
        var token: String?
        var region: String
        var service: String
        var date: String
    }

    /// The `Authorization` for a request as the server received it.
    ///
    /// - Parameter names: the headers to sign; other clients sign more of them or less.
    static func authorization(
        _ received: ReceivedRequest, names: [Substring], _ signature: AWSSignature, _ subject: SignatureTests.Case,
        date: String
    ) async throws -> String {
        // Botocore brings these itself.
        let own = ["host", "x-amz-date", "x-amz-security-token"]
        let question = Question(
            method: received.method,
            url: "http://\(received["host"] ?? "")\(received.target.prefix { $0 != "?" })",
            parameters: subject.parameters,
            headers: received.headers.filter { header in
                names.contains { $0 == header.name } && !own.contains(header.name)
            }.map { [$0.name, $0.value] },
            body: Data(received.body), accessKeyID: signature.accessKeyID, secretAccessKey: signature.secretAccessKey,
            token: signature.sessionToken, region: signature.region, service: signature.service, date: date)
        let input = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
        return try await Program.run(python, ["-c", script], input: input).text
    }

    /// The Python that `Scripts/setup test` makes.
    private static let python = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/test-tools/bin/python3").path

    private static let script = """
        import base64, json, sys
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        question = json.load(sys.stdin)
        request = AWSRequest(
            method=question["method"], url=question["url"], headers=dict(question["headers"]),
            params=[tuple(pair) for pair in question["parameters"]] or None, data=base64.b64decode(question["body"]))
        request.context["timestamp"] = question["date"]
        signer = SigV4Auth(
            Credentials(question["accessKeyID"], question["secretAccessKey"], question.get("token")),
            question["service"], question["region"])
        # add_auth, but for the time, which it takes from the clock.
        signer._modify_request_before_signing(request)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signer._inject_signature_to_request(request, signer.signature(text, request))
        sys.stdout.write(request.headers["Authorization"])
        """
}

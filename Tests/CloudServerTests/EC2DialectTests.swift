import HTTPTypes
import ModelVPC
import Testing
import Timekeeping

@testable import CloudServer

@Suite("EC2: what holds for every call") struct EC2DialectTests {
    @Test("A query is as good as a form") func query() async throws {
        let answer = try await TestCloud().send(.get, "/?Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-a")
        #expect(answer.status == 200 && answer.values("subnetId") == ["subnet-a"])
    }

    @Test("Every reply has a request id of its own, in its body and in a header") func requestIDs() async throws {
        let cloud = try await TestCloud()
        let name = try #require(HTTPField.Name("x-amzn-RequestId"))
        let (fine, refused) = (try await cloud.call("DescribeSubnets"), try await cloud.call("Nonsense"))
        #expect(
            fine.values("requestId") == [fine.headers[name]] && refused.values("RequestID") == [refused.headers[name]])
        #expect(fine.headers[name] != refused.headers[name])
    }

    @Test(
        "Forms that name no call",
        arguments: [
            ("", "MissingAction"), ("Action=", "MissingAction"), ("Action=DescribeSubnets", "MissingParameter"),
            ("Action=DescribeSubnets&Version=2010-01-01", "InvalidVersion"),
            ("Action=RunInstances&Version=2016-11-15", "InvalidAction"),
            ("Action=describesubnets&Version=2016-11-15", "InvalidAction"),
            ("Action=DescribeSubnets&Version=2016-11-15&Colour=red", "UnknownParameter"),
            ("Action=DescribeSubnets&Action=DescribeSubnets", "MalformedQueryString"),
            ("{\"Action\":\"DescribeSubnets\"}", "MissingAction"), ("%ff", "MalformedQueryString"),
        ])
    func noCall(form: String, code: String) async throws {
        let answer = try await TestCloud().post(form)
        #expect(answer.code == code && answer.status == 400)
    }

    @Test("Other methods and other paths are answered in XML too") func elsewhere() async throws {
        let cloud = try await TestCloud()
        for method in [HTTPRequest.Method.put, .delete, .head, .patch, .options] {
            let answer = try await cloud.send(method, "/")
            #expect(answer.status == 405 && answer.code == "MethodNotAllowed" && answer.headers[.allow] == "GET, POST")
        }
        let answer = try await cloud.send(.get, "/elsewhere?Action=DescribeSubnets")
        #expect(answer.status == 404 && answer.code == "NotFound")
    }

    @Test("A dry run says that it would have succeeded, or why not") func dryRun() async throws {
        let cloud = try await TestCloud()
        let fine = try await cloud.call("CreateNetworkInterface", ["SubnetId": "subnet-a", "DryRun": "true"])
        #expect(fine.status == 412 && fine.code == "DryRunOperation")
        #expect(try await cloud.call("CreateNetworkInterface", ["DryRun": "true"]).code == "MissingParameter")
        #expect(try await cloud.call("DescribeNetworkInterfaces").values("networkInterfaceId").count == 2)
    }

    @Test("Throttled calls are refused until there is a token again") func throttling() async throws {
        let cloud = try await TestCloud {
            $0.cloud.throttling.mutating = .init(capacity: 1, refillPerSecond: 1)
            $0.cloud.throttling.perAction[.describeInstanceTypes] = .init(capacity: 1, refillPerSecond: 0)
        }
        let parameters = ["SubnetId": "subnet-a"]
        #expect(try await cloud.call("CreateNetworkInterface", parameters).status == 200)
        let refused = try await cloud.call("CreateNetworkInterface", parameters)
        #expect(refused.status == 503 && refused.code == "RequestLimitExceeded")
        #expect(try await cloud.call("DescribeSubnets").status == 200)
        cloud.clock.advance(.seconds(1))
        #expect(try await cloud.call("CreateNetworkInterface", parameters).status == 200)
        #expect(try await cloud.call("DescribeInstanceTypes", ["InstanceType.1": "m5.large"]).status == 200)
        #expect(try await cloud.call("DescribeInstanceTypes").code == "RequestLimitExceeded")
    }

    @Test(
        "Faults by rule",
        arguments: [
            (ModelVPC.Failure.internalError, "InternalError", 500), (.unavailable, "Unavailable", 503),
            (.unauthorized(.describeSubnets), "UnauthorizedOperation", 403),
            (.requestLimitExceeded(retryAfter: nil), "RequestLimitExceeded", 503),
        ])
    func faults(failure: ModelVPC.Failure, code: String, status: Int) async throws {
        let cloud = try await TestCloud { $0.cloud.faults = [.init(.fail(failure), of: [.describeSubnets], count: 1)] }
        let refused = try await cloud.call("DescribeSubnets")
        #expect(refused.code == code && refused.status == status)
        #expect(try await cloud.call("DescribeSubnets").status == 200)
    }

    @Test("A rule for one instance leaves a caller alone whose address is no instance's")
    func caller() async throws {
        let instance = ModelVPC.InstanceID(rawValue: TestCloud.node)
        let cloud = try await TestCloud {
            $0.cloud.faults = [.init(.fail(.internalError), of: [.describeSubnets], by: instance)]
        }
        // A call without an address is nobody's.
        #expect(try await cloud.call("DescribeSubnets").status == 200)
        await #expect(throws: ModelVPC.Failure.internalError) {
            _ = try await cloud.state.ask(.describeSubnets, from: instance)
        }
    }

    @Test("An attachment that is stuck stays so until it is ended") func attachStuck() async throws {
        let cloud = try await TestCloud { $0.cloud.faults = [.init(.attachStuck, count: 1)] }
        let created = try await cloud.call("CreateNetworkInterface", ["SubnetId": "subnet-a"])
        let eni = try #require(created.values("networkInterfaceId").first)
        let attached = try await cloud.call(
            "AttachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": TestCloud.node, "DeviceIndex": "1"])
        cloud.clock.advance(.seconds(3600))
        let stuck = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni])
        #expect(stuck.values("status") == ["in-use", "attaching"])
        let attachment = try #require(attached.values("attachmentId").first)
        #expect(try await cloud.call("DetachNetworkInterface", ["AttachmentId": attachment]).status == 200)
        #expect(try await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": eni]).status == 200)
    }

    @Test("What was assigned shows late, where the cloud is so") func consistency() async throws {
        let cloud = try await TestCloud { $0.cloud.settings.consistencyDelay = .init(.seconds(5)) }
        let eni = try await cloud.primary()
        _ = try await cloud.call("AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4PrefixCount": "1"])
        let described = ["NetworkInterfaceId.1": eni]
        #expect(try await cloud.call("DescribeNetworkInterfaces", described).values("ipv4Prefix").isEmpty)
        cloud.clock.advance(.seconds(5))
        #expect(try await cloud.call("DescribeNetworkInterfaces", described).values("ipv4Prefix").count == 1)
    }
}

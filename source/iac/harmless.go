package iac

import (
	"slices"
	"strings"
)

// harmlessTypes are the types of the specification that have to do with
// policies and yet change nothing for a role, user or group of the template,
// by the reason.
var harmlessTypes = []struct {
	reason string
	types  []string
}{
	{`credentials, providers and settings of IAM: no policy of theirs`, []string{
		"AWS::IAM::AccessKey", "AWS::IAM::OIDCProvider", "AWS::IAM::SAMLProvider", "AWS::IAM::ServerCertificate", "AWS::IAM::ServiceLinkedRole",
		"AWS::IAM::VirtualMFADevice",
	}},
	{`makes roles of its own (AWSReservedSSO_*), or lets people use them`, []string{
		"AWS::SSO::Application", "AWS::SSO::ApplicationAssignment", "AWS::SSO::Assignment", "AWS::SSO::Instance",
		"AWS::SSO::InstanceAccessControlAttributeConfiguration", "AWS::SSO::PermissionSet",
	}},
	{`structure of an organization; its policies are AWS::Organizations::Policy`, []string{
		"AWS::Organizations::Account", "AWS::Organizations::Organization", "AWS::Organizations::OrganizationalUnit", "AWS::Organizations::ResourcePolicy",
	}},
	{`its mandatory controls protect what Control Tower itself made; pass its policies with --scp`, []string{
		"AWS::ControlTower::EnabledBaseline", "AWS::ControlTower::LandingZone",
	}},
	{`narrows sessions that begin there, not the role itself`, []string{
		"AWS::Chatbot::MicrosoftTeamsChannelConfiguration", "AWS::Chatbot::SlackChannelConfiguration", "AWS::EMR::StudioSessionMapping",
		"AWS::RolesAnywhere::Profile", "AWS::Transfer::User",
	}},
	{`policies or permissions of a system of its own, not of IAM`, []string{
		"AWS::ACMPCA::Certificate", "AWS::Bedrock::AutomatedReasoningPolicy", "AWS::Bedrock::AutomatedReasoningPolicyVersion", "AWS::Bedrock::DataSource",
		"AWS::Bedrock::Guardrail", "AWS::BedrockAgentCore::BrowserCustom", "AWS::BedrockAgentCore::Gateway", "AWS::BedrockAgentCore::Policy",
		"AWS::BedrockAgentCore::PolicyEngine", "AWS::CleanRooms::ConfiguredTable", "AWS::CleanRooms::ConfiguredTableAssociation",
		"AWS::CleanRooms::IdMappingTable", "AWS::CleanRooms::IdNamespaceAssociation", "AWS::CleanRooms::IntermediateTable",
		"AWS::CleanRoomsML::ConfiguredModelAlgorithmAssociation", "AWS::CloudFront::CachePolicy", "AWS::CloudFront::ContinuousDeploymentPolicy",
		"AWS::CloudFront::Distribution", "AWS::CloudFront::OriginRequestPolicy", "AWS::CloudFront::ResponseHeadersPolicy", "AWS::CloudFront::VpcOrigin",
		"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolDomain", "AWS::DataZone::PolicyGrant", "AWS::DevOpsAgent::Service",
		"AWS::EC2::TransitGatewayMeteringPolicy", "AWS::EC2::TransitGatewayMeteringPolicyEntry", "AWS::EC2::TransitGatewayPolicyTable",
		"AWS::EC2::TransitGatewayPolicyTableAssociation", "AWS::EC2::TransitGatewayPolicyTableEntry", "AWS::EC2::VerifiedAccessEndpoint",
		"AWS::EC2::VerifiedAccessGroup", "AWS::EC2::VerifiedAccessTrustProvider", "AWS::EKS::AccessEntry", "AWS::EKS::Capability", "AWS::EKS::Cluster",
		"AWS::FMS::Policy", "AWS::Greengrass::FunctionDefinition", "AWS::Greengrass::FunctionDefinitionVersion", "AWS::GreengrassV2::Deployment",
		"AWS::IVS::Channel", "AWS::IVS::PlaybackRestrictionPolicy", "AWS::IoT::AccountAuditConfiguration", "AWS::IoT::DomainConfiguration",
		"AWS::IoT::MitigationAction", "AWS::IoT::Policy", "AWS::IoT::PolicyPrincipalAttachment", "AWS::IoTSiteWise::AccessPolicy",
		"AWS::IoTWireless::ServiceProfile", "AWS::Kendra::Index", "AWS::LakeFormation::PrincipalPermissions", "AWS::Lightsail::Distribution",
		"AWS::Lightsail::LoadBalancer", "AWS::MPA::ApprovalTeam", "AWS::ManagedBlockchain::Member", "AWS::MediaLive::Channel",
		"AWS::MediaTailor::PlaybackConfiguration", "AWS::NetworkFirewall::Firewall", "AWS::NetworkFirewall::FirewallPolicy",
		"AWS::NetworkManager::ConnectAttachment", "AWS::NetworkManager::CoreNetwork", "AWS::NetworkManager::DirectConnectGatewayAttachment",
		"AWS::NetworkManager::SiteToSiteVpnAttachment", "AWS::NetworkManager::TransitGatewayRouteTableAttachment", "AWS::NetworkManager::VpcAttachment",
		"AWS::ODB::OdbNetwork", "AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::LifecyclePolicy",
		"AWS::OpenSearchServerless::SecurityPolicy", "AWS::PCAConnectorAD::Template", "AWS::QuickSight::ApprovalPolicy", "AWS::QuickSight::DataSet",
		"AWS::RAM::Permission", "AWS::ResilienceHub::App", "AWS::ResilienceHub::ResiliencyPolicy", "AWS::ResilienceHubV2::Policy",
		"AWS::ResilienceHubV2::Service", "AWS::ResilienceHubV2::UserJourney", "AWS::Route53::TrafficPolicy", "AWS::Route53::TrafficPolicyInstance",
		"AWS::SecurityHub::ConfigurationPolicy", "AWS::SecurityHub::PolicyAssociation", "AWS::VerifiedPermissions::IdentitySource",
		"AWS::VerifiedPermissions::Policy", "AWS::VerifiedPermissions::PolicyStore", "AWS::VerifiedPermissions::PolicyStoreAlias",
		"AWS::VerifiedPermissions::PolicyTemplate", "AWS::Wisdom::AIGuardrail", "AWS::WorkSpacesWeb::BrowserSettings",
	}},
	{`SAM makes no role of the template's principals of it`, []string{
		"AWS::Serverless::HttpApi", "AWS::Serverless::LayerVersion", "AWS::Serverless::SimpleTable",
	}},
	{`settings of a bucket; its policy is AWS::S3::BucketPolicy`, []string{
		"AWS::S3::Bucket", "AWS::S3::MultiRegionAccessPoint",
	}},
	{`"policy" means scaling, retention, delivery, transport security or the like`, []string{
		"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Stage", "AWS::AppMesh::Route", "AWS::AppMesh::VirtualGateway",
		"AWS::AppMesh::VirtualNode", "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::AutoScaling::AutoScalingGroup", "AWS::AutoScaling::ScalingPolicy",
		"AWS::AutoScaling::WarmPool", "AWS::AutoScalingPlans::ScalingPlan", "AWS::Batch::ComputeEnvironment", "AWS::Batch::JobDefinition",
		"AWS::Batch::JobQueue", "AWS::Batch::SchedulingPolicy", "AWS::Cassandra::Table", "AWS::CloudFormation::GeneratedTemplate",
		"AWS::CloudHSM::Cluster", "AWS::CodeBuild::Project", "AWS::Config::ConfigRule", "AWS::Config::OrganizationConfigRule", "AWS::DLM::LifecyclePolicy",
		"AWS::DMS::Endpoint", "AWS::DRS::ReplicationConfigurationTemplate", "AWS::EC2::EC2Fleet", "AWS::EC2::SpotFleet", "AWS::ECS::DaemonTaskDefinition",
		"AWS::EMR::Cluster", "AWS::EMR::InstanceGroupConfig", "AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener",
		"AWS::Events::Rule", "AWS::EventsV2::Subscriber", "AWS::FSx::DataRepositoryAssociation", "AWS::FSx::FileSystem", "AWS::FSx::Volume",
		"AWS::GameLift::ContainerFleet", "AWS::GameLift::Fleet", "AWS::GameLift::GameServerGroup", "AWS::GameLift::GameSessionQueue", "AWS::Glue::Crawler",
		"AWS::ImageBuilder::ImagePipeline", "AWS::ImageBuilder::LifecyclePolicy", "AWS::KafkaConnect::Connector", "AWS::Lambda::CapacityProvider",
		"AWS::Lambda::CodeSigningConfig", "AWS::Lambda::Version", "AWS::Logs::AccountPolicy", "AWS::Logs::StorageTierPolicy", "AWS::PCS::ComputeNodeGroup",
		"AWS::SES::ConfigurationSet", "AWS::SES::MailManagerIngressPoint", "AWS::SES::MailManagerRuleSet", "AWS::SES::MailManagerTrafficPolicy",
		"AWS::SES::ReceiptFilter", "AWS::SES::ReceiptRule", "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SSM::Parameter",
		"AWS::SageMaker::Cluster", "AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::InferenceComponent",
		"AWS::Scheduler::Schedule", "AWS::ServiceDiscovery::Service", "AWS::Transfer::Connector", "AWS::Transfer::Server", "AWS::Transfer::WebApp",
	}},
}

// harmless returns why a type changes nothing; empty for the others.
func harmless(typ string) string {
	for _, h := range harmlessTypes {
		if slices.Contains(h.types, typ) {
			return h.reason
		}
	}
	return ""
}

// policyLike reports whether a type's name says that it concerns policies.
func policyLike(typ string) bool {
	return strings.HasSuffix(typ, "Policy") || strings.HasSuffix(typ, "Policies")
}

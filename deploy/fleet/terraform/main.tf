# The same as ../template.yaml: audits the roles that render with Remotion in every
# account of an organization, by a schedule, on AWS Step Functions.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.40" }
  }
}

variable "name" {
  type        = string
  default     = "remotion-doctor"
  description = "What the resources are called after"
}

variable "zip" {
  type        = string
  description = "Path of the worker's zip"
}

variable "reader_role" {
  type        = string
  default     = "remotion-doctor-reader"
  description = "Name of the role to assume in each account"
}

variable "external_id" {
  type        = string
  sensitive   = true
  description = "What the role asks for"
}

variable "regions" {
  type        = list(string)
  default     = ["us-east-1"]
  description = "Regions that Remotion is used in"
}

variable "organizational_units" {
  type        = list(string)
  default     = []
  description = "Only these units, and those under them, where a stack set makes the role to read with; all accounts where empty, and the role is made by hand"
}

variable "delegated" {
  type        = bool
  default     = false
  description = "Whether this is the account of a delegated administrator of CloudFormation"
}

variable "schedule" {
  type        = string
  default     = "rate(7 days)"
  description = "When to audit, as EventBridge Scheduler writes it"
}

variable "email" {
  type        = string
  default     = ""
  description = "Who hears of changes; nobody where empty"
}

variable "keep_days" {
  type        = number
  default     = 400
  description = "After how many days results are deleted"
}

data "aws_caller_identity" "own" {}
data "aws_partition" "own" {}
data "aws_region" "own" {}

locals {
  account   = data.aws_caller_identity.own.account_id
  partition = data.aws_partition.own.partition
  region    = data.aws_region.own.name
  machine   = "${var.name}-audit"
}

resource "aws_s3_bucket" "results" {
  bucket_prefix = "${var.name}-results-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "results" {
  bucket = aws_s3_bucket.results.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}

resource "aws_s3_bucket_public_access_block" "results" {
  bucket                  = aws_s3_bucket.results.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "results" {
  bucket = aws_s3_bucket.results.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_lifecycle_configuration" "results" {
  bucket = aws_s3_bucket.results.id
  rule {
    id     = "results"
    status = "Enabled"
    filter {}
    expiration { days = var.keep_days }
    noncurrent_version_expiration { noncurrent_days = 30 }
    abort_incomplete_multipart_upload { days_after_initiation = 1 }
  }
}

resource "aws_s3_bucket_policy" "results" {
  bucket = aws_s3_bucket.results.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyByTLS", Effect = "Deny", Principal = "*", Action = "s3:*"
      Resource  = [aws_s3_bucket.results.arn, "${aws_s3_bucket.results.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role" "worker" {
  name_prefix = "${var.name}-worker-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "ReadAccounts", Effect = "Allow", Action = "sts:AssumeRole", Resource = "arn:${local.partition}:iam::*:role/${var.reader_role}" },
      {
        Sid = "ListAccounts", Effect = "Allow", Resource = "*"
        Action = [
          "organizations:DescribeOrganization", "organizations:DescribePolicy", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListParents", "organizations:ListPoliciesForTarget", "organizations:ListRoots", "organizations:ListTagsForResource",
        ]
      },
      { Sid = "Results", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${aws_s3_bucket.results.arn}/fleet/*" },
      { Sid = "ListResults", Effect = "Allow", Action = "s3:ListBucket", Resource = aws_s3_bucket.results.arn },
      { Sid = "Logs", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.worker.arn}:*" },
    ]
  })
}

# The account itself is in no stack set.
resource "aws_iam_role_policy" "reader" {
  name   = "reader"
  role   = aws_iam_role.worker.id
  policy = file("${path.module}/../../reader-policy.json")
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/remotion-doctor/${var.name}"
  retention_in_days = 90
}

resource "aws_lambda_function" "worker" {
  for_each         = { worker = 1024, merge = 3008 }
  function_name    = "${var.name}-${each.key}"
  role             = aws_iam_role.worker.arn
  runtime          = "provided.al2023"
  architectures    = ["arm64"]
  handler          = "bootstrap"
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  memory_size      = each.value
  timeout          = 900
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.worker.name
  }
  environment {
    variables = {
      BUCKET      = aws_s3_bucket.results.id
      PREFIX      = "fleet"
      READER_ROLE = var.reader_role
      EXTERNAL_ID = var.external_id
      REGIONS     = join(",", var.regions)
    }
  }
}

resource "aws_sns_topic" "changes" {
  name              = "${var.name}-changes"
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_subscription" "changes" {
  count     = var.email == "" ? 0 : 1
  topic_arn = aws_sns_topic.changes.arn
  protocol  = "email"
  endpoint  = var.email
}

resource "aws_iam_role" "machine" {
  name_prefix = "${var.name}-machine-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow", Principal = { Service = "states.amazonaws.com" }, Action = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "machine" {
  name = "machine"
  role = aws_iam_role.machine.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Workers", Effect = "Allow", Action = "lambda:InvokeFunction", Resource = [for f in aws_lambda_function.worker : f.arn] },
      { Sid = "Map", Effect = "Allow", Action = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"], Resource = "${aws_s3_bucket.results.arn}/fleet/*" },
      { Sid = "Children", Effect = "Allow", Action = "states:StartExecution", Resource = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${local.machine}" },
      {
        Sid      = "ChildrenRuns", Effect = "Allow", Action = ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"]
        Resource = "arn:${local.partition}:states:${local.region}:${local.account}:execution:${local.machine}/*"
      },
      { Sid = "Notify", Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.changes.arn },
    ]
  })
}

resource "aws_sfn_state_machine" "audit" {
  name     = local.machine
  role_arn = aws_iam_role.machine.arn
  definition = replace(replace(replace(replace(replace(file("${path.module}/../state-machine.json"),
    "$${WorkerArn}", aws_lambda_function.worker["worker"].arn),
    "$${MergeArn}", aws_lambda_function.worker["merge"].arn),
    "$${Bucket}", aws_s3_bucket.results.id),
    "$${Prefix}", "fleet"),
  "$${TopicArn}", aws_sns_topic.changes.arn)
}

# The role to read each account with, in every account of the units.
resource "aws_cloudformation_stack_set" "readers" {
  count            = length(var.organizational_units) == 0 ? 0 : 1
  name             = "${var.name}-reader"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.delegated ? "DELEGATED_ADMIN" : "SELF"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/../../reader.yaml")
  parameters = {
    AuditorArn = aws_iam_role.worker.arn
    ExternalId = var.external_id
    RoleName   = var.reader_role
  }
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }
  lifecycle { ignore_changes = [administration_role_arn] }
}

resource "aws_cloudformation_stack_set_instance" "readers" {
  count          = length(var.organizational_units) == 0 ? 0 : 1
  stack_set_name = aws_cloudformation_stack_set.readers[0].name
  call_as        = var.delegated ? "DELEGATED_ADMIN" : "SELF"
  deployment_targets { organizational_unit_ids = var.organizational_units }
}

resource "aws_iam_role" "schedule" {
  name_prefix = "${var.name}-schedule-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow", Principal = { Service = "scheduler.amazonaws.com" }, Action = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "start"
  role = aws_iam_role.schedule.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "states:StartExecution", Resource = aws_sfn_state_machine.audit.arn },
      { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.not_started.arn },
    ]
  })
}

resource "aws_sqs_queue" "not_started" {
  name_prefix               = "${var.name}-not-started-"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_scheduler_schedule" "audit" {
  name                = local.machine
  schedule_expression = var.schedule
  flexible_time_window { mode = "OFF" }
  target {
    arn      = aws_sfn_state_machine.audit.arn
    role_arn = aws_iam_role.schedule.arn
    input    = jsonencode({ organization = true, ou = var.organizational_units, accounts = [], regions = var.regions })
    dead_letter_config { arn = aws_sqs_queue.not_started.arn }
    retry_policy { maximum_retry_attempts = 10 }
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-failed"
  alarm_description   = "An audit of the organization did not come to its end."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.audit.arn }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.changes.arn]
}

output "machine" { value = aws_sfn_state_machine.audit.arn }
output "results" { value = aws_s3_bucket.results.id }
output "worker_role" { value = aws_iam_role.worker.arn }

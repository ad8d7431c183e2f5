# The role that remotion-doctor reads an account with, as deploy/reader.yaml makes it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "auditor_arn" {
  description = "ARN of the role or user that audits"
  type        = string
}

variable "external_id" {
  description = "The external id that the auditor passes when it assumes the role"
  type        = string
  sensitive   = true
}

variable "role_name" {
  description = "Name of the role"
  type        = string
  default     = "remotion-doctor-reader"
}

resource "aws_iam_role" "reader" {
  name                 = var.role_name
  description          = "Read by remotion-doctor"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Auditor"
      Effect    = "Allow"
      Principal = { AWS = var.auditor_arn }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}

resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.reader.id
  policy = file("${path.module}/../reader-policy.json")
}

output "role_arn" {
  description = "ARN of the role"
  value       = aws_iam_role.reader.arn
}

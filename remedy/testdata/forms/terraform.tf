# gives the role it's-a role the inline policy remotion-executionrole-policy
resource "aws_iam_role_policy" "it_s_a_role_remotion_executionrole_policy" {
  name = "remotion-executionrole-policy"
  role = "it's-a role"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Storage"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::it's-$${aws:username}-\"quoted\"/*",
          "arn:aws:s3:::%%{x}`id`$(id)\\",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "true"
          }
          StringLike = {
            "aws:RequestTag/a b" = ["yes", "*"]
          }
        }
      },
      {
        Effect    = "Deny"
        NotAction = "iam:*"
        Resource  = "*"
      },
    ]
  })
}

# replaces the inline policy there-already of the role it's-a role by one that has what it lacks
resource "aws_iam_role_policy" "it_s_a_role_there_already" {
  name = "there-already"
  role = "it's-a role"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Storage"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::it's-$${aws:username}-\"quoted\"/*",
          "arn:aws:s3:::%%{x}`id`$(id)\\",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "true"
          }
          StringLike = {
            "aws:RequestTag/a b" = ["yes", "*"]
          }
        }
      },
      {
        Effect    = "Deny"
        NotAction = "iam:*"
        Resource  = "*"
      },
    ]
  })
}

import {
  to = aws_iam_role_policy.it_s_a_role_there_already
  id = "it's-a role:there-already"
}

# makes the managed policy managed and attaches it to the role it's-a role
resource "aws_iam_policy" "it_s_a_role_managed" {
  name = "managed"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Storage"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::it's-$${aws:username}-\"quoted\"/*",
          "arn:aws:s3:::%%{x}`id`$(id)\\",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "true"
          }
          StringLike = {
            "aws:RequestTag/a b" = ["yes", "*"]
          }
        }
      },
      {
        Effect    = "Deny"
        NotAction = "iam:*"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "it_s_a_role_managed" {
  role       = "it's-a role"
  policy_arn = aws_iam_policy.it_s_a_role_managed.arn
}

# gives the managed policy versioned a new version, for all that it is attached to
resource "aws_iam_policy" "it_s_a_role_versioned" {
  name = "versioned"
  path = "/team/"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Storage"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::it's-$${aws:username}-\"quoted\"/*",
          "arn:aws:s3:::%%{x}`id`$(id)\\",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "true"
          }
          StringLike = {
            "aws:RequestTag/a b" = ["yes", "*"]
          }
        }
      },
      {
        Effect    = "Deny"
        NotAction = "iam:*"
        Resource  = "*"
      },
    ]
  })
}

import {
  to = aws_iam_policy.it_s_a_role_versioned
  id = "arn:aws:iam::123456789012:policy/team/versioned"
}

# takes the inline policy old from the role it's-a role
# remove its resource from your configuration

# detaches the managed policy Admin from the role it's-a role
# remove its resource from your configuration

# gives the user 42 the inline policy remotion-executionrole-policy
resource "aws_iam_user_policy" "remotion_42_remotion_executionrole_policy" {
  name = "remotion-executionrole-policy"
  user = "42"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Storage"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::it's-$${aws:username}-\"quoted\"/*",
          "arn:aws:s3:::%%{x}`id`$(id)\\",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "true"
          }
          StringLike = {
            "aws:RequestTag/a b" = ["yes", "*"]
          }
        }
      },
      {
        Effect    = "Deny"
        NotAction = "iam:*"
        Resource  = "*"
      },
    ]
  })
}

"""What PostgreSQL refuses although no service was asked."""

"""What only admins and owners of an account do in chat."""

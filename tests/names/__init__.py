"""Names that outlive the process that wrote them: in chats, rows, dashboards and a gym's own files."""

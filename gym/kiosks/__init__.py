"""Kiosks: devices at the door, paired by a code, with credentials that can be revoked."""

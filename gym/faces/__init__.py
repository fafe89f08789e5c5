"""Faces: photos read to embeddings, protected templates, enrolment, recognition, liveness."""

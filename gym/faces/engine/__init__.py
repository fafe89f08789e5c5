"""The face engine: images, model files, detection, alignment, embeddings, quality; the pool that runs it."""

"""What one merchant sees of its own business."""

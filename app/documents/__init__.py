"""What people take home: one read model, and a module for each form it takes."""

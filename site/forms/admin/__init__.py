"""The builder of forms in the admin: pages and buttons, for which no script is needed."""

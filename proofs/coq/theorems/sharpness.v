(* Sharpness: each theorem proves the statement of its name in statements/sharpness.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices.
From Equipartition.statements Require Import platonic sharpness.
From Equipartition.lemmas Require platonic sharpness.
From Equipartition.theorems Require platonic.
Module L := Equipartition.lemmas.sharpness.
Module P := Equipartition.lemmas.platonic.
Module T := Equipartition.theorems.platonic.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma second_derivative_difference (R : realFieldType) m n (f : 'M[R]_(m, n) -> R) W H q :
  second_derivative f W H q -> f (W + H) + f (W - H) - 2 * f W = q.
Proof.
move=> [c h]; have := h 1; rewrite scale1r => ->; have := h (- 1); rewrite scaleN1r => ->.
by move: (f W) => u; field.
Qed.

Theorem sharpness_isotropic_noise_flattens : sharpness_isotropic_noise_flattens_statement.
Proof.
move=> R dx dy w D MI MO V net I J a b x e s2 g hess loss Sx b1 iso gr he.
have trace k : (k <= D)%N -> \sum_c \sum_d hess k c d = L.trace_hessian a x (A net k) (B net k).
  move=> kD; apply: eq_bigr => c _; apply: eq_bigr => d _.
  rewrite -(second_derivative_difference (he k c d kD)) /= -big_split mulr_sumr -sumrB; apply: eq_bigr => i _ /=.
  rewrite -big_split mulr_sumr -sumrB /=.
  rewrite (eq_bigr (fun j => b j * (a i * (2 * N (A net k *m delta_mx c d *m (B net k *m x i)))))) => [|j _].
    by rewrite -mulr_suml b1 mul1r.
  have := L.second_difference x (A net k) (B net k) (W net k) (delta_mx c d) i (V *m x i + e j) => <-.
  by rewrite /loss; move: (N _) (N _) (N _) => s t u; ring.
have layer k : (k <= D)%N -> 1 / 4%:R * (\sum_i \sum_j a i * b j * N (g k i j)) = s2 / 2 * \sum_c \sum_d hess k c d.
  move=> kD; rewrite trace // -(L.isotropic_noise_flattens a x (A net k) (B net k) iso); congr (_ * _).
  apply: eq_bigr => i _; apply: eq_bigr => j _.
  rewrite (grad_uniq (gr k i j kD) (P.layer_gradient x e i j (T.at_layer net kD))) NZ P.N_outer.
  by move: (N _) (N _) => s t; ring.
split=> //; split=> [k kD|].
  by rewrite trace // L.trace_hessianE P.Sx_trace.
rewrite mulr_sumr [RHS]mulr_sumr; apply: eq_bigr => k _; apply: layer.
by rewrite -ltnS.
Qed.

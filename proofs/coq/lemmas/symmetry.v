(* Symmetries of gradients, of the entropic loss and of paths.  proofs/symmetry.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra perm.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
From Equipartition.lemmas Require Import balance.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* symmetry/gradient-transform is gradient_transform of families.v; with matrices: *)
Theorem gradient_transform_mx (R : realFieldType) n (f : 'cV[R]_n -> R) (K : 'M[R]_n) (x G G' : 'cV[R]_n) :
  K \in unitmx -> near (V := mx_eucl R n 1) x (fun y => f (K *m y) = f y) ->
  grad (V := mx_eucl R n 1) f x G -> grad (V := mx_eucl R n 1) f (K *m x) G' ->
  G' = (invmx K)^T *m G.
Proof.
move=> uK; apply: (@gradient_transform R (mx_eucl R n 1) f f (mulmx K) (mulmx (invmx K)^T)).
- exact: mulmxDr.
- by move=> a y; rewrite scalemxAr.
- by move=> y; exists (invmx K *m y); rewrite mulmxA mulmxV // mul1mx.
- by move=> y y'; rewrite ip_mull mulmxA -trmx_mul mulVmx // trmx1 mul1mx.
Qed.

(* An orthogonal linear map that permutes the samples' losses and commutes with the learning rates. *)
Section Orthogonal.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R).
Variables (g : Z -> V -> V) (Lam : V -> V) (gamma : R) (K : V -> V) (pi : {perm Z}).
Hypothesis K_add : forall x y, K (x + y) = K x + K y.
Hypothesis K_scale : forall a x, K (a *: x) = a *: K x.
Hypothesis K_onto : forall y, exists x, K x = y.
Hypothesis K_orth : forall x y, <<K x, K y>> = <<x, y>>.
(* an open set D that K maps into itself (all points without a kink), where l has the gradient g *)
Variable D : V -> Prop.
Hypothesis D_open : forall x, D x -> near x D.
Hypothesis D_K : forall x, D x -> D (K x).
Hypothesis grads : forall x z, D x -> grad (l z) x (g z x).
Hypothesis sym : forall x z, D x -> l z (K x) = l (pi z) x.
Hypothesis weights : forall z, p (pi z) = p z.

Lemma gradient_permuted x z : D x -> g z (K x) = K (g (pi z) x).
Proof.
move=> Dx; apply: (gradient_transform K_add K_scale K_onto K_orth _ (grads (pi z) Dx) (grads z (D_K Dx))).
by apply: near_impl (D_open Dx) => y /sym.
Qed.

Notation S := (S p g Lam).

(* symmetry/rotation-preserved, second line: S(K x) = 1/4 E[g^T K^T Lambda K g] *)
Lemma S_transform x : D x ->
  S (K x) = 1 / 4%:R * \sum_z p z * <<K (g z x), Lam (K (g z x))>>.
Proof.
move=> Dx; congr (_ * _); rewrite [RHS](reindex_inj (perm_inj (s := pi))) /=.
by apply: eq_bigr => z _; rewrite weights gradient_permuted.
Qed.

Hypothesis commute : forall x, Lam (K x) = K (Lam x).

(* symmetry/dataset-permutation, symmetry/discrete-preserved (pi = 1), symmetry/rotation-preserved: *)
(* F(K x) = F(x) *)
Theorem entropic_loss_preserved x : D x -> F p l g Lam gamma (K x) = F p l g Lam gamma x.
Proof.
move=> Dx; rewrite /F K_orth -/(S (K x)) S_transform //; congr (_ + _ + _ * _).
  rewrite [RHS](reindex_inj (perm_inj (s := pi))) /=.
  by apply: eq_bigr => z _; rewrite weights sym.
by apply: eq_bigr => z _; rewrite commute K_orth.
Qed.
(* grad F(K x) = K grad F(x) *)
Theorem entropic_gradient_preserved x G G' : D x -> grad (F p l g Lam gamma) x G ->
  grad (F p l g Lam gamma) (K x) G' -> G' = K G.
Proof.
move=> Dx; apply: (gradient_transform K_add K_scale K_onto K_orth).
by apply: near_impl (D_open Dx) => y /entropic_loss_preserved.
Qed.

(* symmetry/trajectory: SGD from K x with the permuted samples, any order z of samples *)
Section Path.
Variables (eta beta lam : R) (z : nat -> Z).
(* heavy ball with decay in the loss, and with decoupled decay lam *)
Definition sgd_step (z : Z) (s : V * V) : V * V :=
  let m := beta *: s.2 + g z s.1 + (2 * gamma) *: s.1 in ((1 - lam) *: s.1 - Lam m, m).
Fixpoint path (z : nat -> Z) s t := if t is t'.+1 then sgd_step (z t') (path z s t') else s.
Hypothesis Lam_opp : forall x, K (- x) = - K x.
Theorem trajectory s t : (forall t, D (path (pi \o z) s t).1) ->
  path z (K s.1, K s.2) t = (K (path (pi \o z) s t).1, K (path (pi \o z) s t).2).
Proof.
move=> Dt; elim: t => [//|t IH]; rewrite [LHS]/= IH /sgd_step /= gradient_permuted //.
by rewrite K_add Lam_opp -commute !K_add !K_scale.
Qed.
End Path.
End Orthogonal.

(* symmetry/trajectory, one rate per coordinate: Adam and signed permutations, over a real closed field *)
Section Adam.
Variables (R : rcfType) (n : nat).
Notation V := ('I_n -> R).
Variables (pi : {perm 'I_n}) (s : 'I_n -> R).
Hypothesis sign : forall i, s i ^+ 2 = 1.
Definition act (x : V) : V := fun i => s i * x (pi i).
Definition act_abs (v : V) : V := fun i => v (pi i).
Variables (Z : Type) (g : Z -> V -> V) (rate : 'I_n -> R) (gamma lam beta1 beta2 eps : R).
Hypothesis rate_inv : forall i, rate (pi i) = rate i.
(* g(K x) = K g(x), by symmetry/gradient-transform; g reads its argument pointwise *)
Hypothesis g_ext : forall z (x y : V), x =1 y -> g z x =1 g z y.
Hypothesis g_sym : forall z (x : V), g z (act x) =1 act (g z x).
Record state := State { theta : V; mom : V; sec : V }.
Definition adam (z : Z) (t : nat) (q : state) : state :=
  let f i := g z (theta q) i + 2 * gamma * theta q i in
  let m i := beta1 * mom q i + (1 - beta1) * f i in
  let v i := beta2 * sec q i + (1 - beta2) * f i ^+ 2 in
  State (fun i => (1 - lam) * theta q i - rate i * ((m i / (1 - beta1 ^+ t)) /
    (Num.sqrt (v i / (1 - beta2 ^+ t)) + eps))) m v.
Definition same (a b : state) := [/\ theta a =1 theta b, mom a =1 mom b & sec a =1 sec b].
Definition act_state q := State (act (theta q)) (act (mom q)) (act_abs (sec q)).
Lemma adam_equivariant z t a b : same a (act_state b) -> same (adam z t a) (act_state (adam z t b)).
Proof.
move=> [h1 h2 h3]; have gE i : g z (theta a) i = s i * g z (theta b) (pi i).
  by rewrite (g_ext _ h1) g_sym.
have fE i : g z (theta a) i + 2 * gamma * theta a i
   = s i * (g z (theta b) (pi i) + 2 * gamma * theta b (pi i)).
  by rewrite gE h1 /= /act; ring.
split=> i /=; rewrite /act /act_abs /=.
- rewrite fE h1 h2 h3 /= /act /act_abs exprMn sign mul1r rate_inv.
  set q := (Num.sqrt _ + eps)^-1; set c := (1 - beta1 ^+ t)^-1; set f := _ + 2 * gamma * _.
  by move: q c f (theta b _) (mom b _) => q c f th m; ring.
- by rewrite fE h2 /= /act; ring.
- by rewrite fE h3 /= /act_abs exprMn sign mul1r.
Qed.
Fixpoint adam_path (z : nat -> Z) q t := if t is t'.+1 then adam (z t') t (adam_path z q t') else q.
Theorem adam_trajectory z q t : same (adam_path z (act_state q) t) (act_state (adam_path z q t)).
Proof. by elim: t => [|t IH] //; apply: adam_equivariant. Qed.
End Adam.

(* symmetry/unique-minimum *)
Section UniqueMinimum.
Variables (R : realFieldType).
Implicit Types (p q a b : R).
Definition profile p q a := p * a ^+ 2 + q / a ^+ 2.
(* (3): a^4 = q/p is the only minimiser over a > 0 *)
Theorem unique_minimum p q a b : 0 < p -> 0 < a -> 0 < b -> p * a ^+ 4 = q ->
  profile p q a <= profile p q b ?= iff (b == a).
Proof.
move=> p0 a0 b0 <-; have a1 := lt0r_neq0 a0; have b1 := lt0r_neq0 b0.
have e : profile p (p * a ^+ 4) b - profile p (p * a ^+ 4) a = p * ((b ^+ 2 - a ^+ 2) / b) ^+ 2.
  by rewrite /profile; field; rewrite a1 b1.
split; first by rewrite -subr_ge0 e mulr_ge0 ?sqr_ge0 ?(ltW p0).
rewrite eq_sym -subr_eq0 e mulf_eq0 (negPf (lt0r_neq0 p0)) /= sqrf_eq0 mulf_eq0 invr_eq0 (negPf b1) orbF.
by rewrite subr_eq0 eqr_expn2 ?ltW.
Qed.
(* (4): from (b u, w/b) one reaches the same point of the orbit *)
Theorem unique_minimum_orbit p q a b : b != 0 -> p * a ^+ 4 = q ->
  (b ^+ 2 * p) * (a / b) ^+ 4 = q / b ^+ 2.
Proof. by move=> b0 <-; field. Qed.

(* (2): F along the rescaling w -> w/a, u -> a u *)
Variables (Wt Ut Rt : eucl R).
Notation V := (pair_eucl (pair_eucl Wt Ut) Rt).
Variables (Z : finType) (pr : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Variable a : R.
Hypothesis a0 : a != 0.
Definition rescale (c : R) (y : V) : V := ((c^-1 *: y.1.1, c *: y.1.2), y.2).
Hypothesis grad_x : forall z, grad (l z) x (g z x).
Hypothesis grad_ax : forall z, grad (l z) (rescale a x) (g z (rescale a x)).
Hypothesis sym : forall z, near x (fun y => l z (rescale a y) = l z y).
Let P := gamma * N x.1.2 + eta / 4%:R * \sum_z pr z * N (g z x).1.1.
Let Q := gamma * N x.1.1 + eta / 4%:R * \sum_z pr z * N (g z x).1.2.
Theorem orbit_profile : F pr l g (fun y : V => eta *: y) gamma (rescale a x)
  = F pr l g (fun y : V => eta *: y) gamma x + P * (a ^+ 2 - 1) + Q * (a ^- 2 - 1).
Proof.
have gE z : g z (rescale a x) = rescale a^-1 (g z x).
  apply: (gradient_transform (K := rescale a) _ _ _ _ (sym z) (grad_x z) (grad_ax z)).
  - by move=> y y'; rewrite /rescale /= !scalerDr.
  - by move=> c y; congr (_, _, _); rewrite /= !scalerA mulrC.
  - move=> [[w u] r]; exists ((a *: w, a^-1 *: u), r); rewrite /rescale /= !scalerA.
    by rewrite mulVf // mulfV // !scale1r.
  - move=> y y'; rewrite !pairE /= !ipZl !ipZr invrK !mulrA mulVf // mulfV // !mul1r //.
rewrite /F !pairE /= !NZ.
have LE : \sum_z pr z * l z (rescale a x) = \sum_z pr z * l z x.
  by apply: eq_bigr => z _; rewrite (near_here (sym z)).
have SE : \sum_z pr z * <<g z (rescale a x), eta *: g z (rescale a x)>> =
  \sum_z pr z * <<g z x, eta *: g z x>> + eta * (a ^+ 2 - 1) * (\sum_z pr z * N (g z x).1.1)
   + eta * (a ^- 2 - 1) * (\sum_z pr z * N (g z x).1.2).
  rewrite !mulr_sumr -!big_split /=; apply: eq_bigr => z _; rewrite gE !ipZr !pairE /= !NZ invrK.
  by field.
rewrite LE SE /P /Q; move: (N x.1.1) (N x.1.2) (N x.2) => n1 n2 n3.
move: (\sum_z pr z * N (g z x).1.1) (\sum_z pr z * N (g z x).1.2) => s1 s2.
by move: (\sum_z pr z * l z x) (\sum_z pr z * <<g z x, _>>) => s3 s4; field.
Qed.
End UniqueMinimum.

(* symmetry/unique-minimum (1), for any symmetric K: Ki is its inverse *)
Section SecondDifference.
Variables (R : realFieldType) (V : eucl R) (K Ki : V -> V).
Hypothesis K_add : forall x y, K (x + y) = K x + K y.
Hypothesis K_sym : forall x y, <<K x, y>> = <<x, K y>>.
Hypothesis Ki_sym : forall x y, <<Ki x, y>> = <<x, Ki y>>.
Hypothesis KKi : forall x, K (Ki x) = x.
Hypothesis KiK : forall x, Ki (K x) = x.
Lemma second_difference_N x : N (K x) + N (Ki x) - 2 * N x = N (K x - Ki x).
Proof. by rewrite NB (K_sym x (Ki x)) KKi; ring. Qed.
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypothesis lK : forall z, l z (K x) = l z x.
Hypothesis lKi : forall z, l z (Ki x) = l z x.
(* by symmetry/gradient-transform *)
Hypothesis gK : forall z, g z (K x) = Ki (g z x).
Hypothesis gKi : forall z, g z (Ki x) = K (g z x).
Notation F := (F p l g (fun y : V => eta *: y) gamma).
Theorem second_difference : F (K x) + F (Ki x) - 2 * F x
  = gamma * N (K x - Ki x) + eta / 4%:R * \sum_z p z * N (K (g z x) - Ki (g z x)).
Proof.
have NE : \sum_z p z * N (K (g z x) - Ki (g z x)) = \sum_z p z * N (K (g z x))
   + \sum_z p z * N (Ki (g z x)) - 2 * (\sum_z p z * N (g z x)).
  rewrite mulr_sumr -big_split -sumrB; apply: eq_bigr => z _.
  by rewrite -second_difference_N /=; ring.
have S0 : \sum_z p z * <<g z x, eta *: g z x>> = eta * (\sum_z p z * N (g z x)).
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite ipZr; ring.
have SK : \sum_z p z * <<g z (K x), eta *: g z (K x)>> = eta * (\sum_z p z * N (Ki (g z x))).
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite gK ipZr; ring.
have SKi : \sum_z p z * <<g z (Ki x), eta *: g z (Ki x)>> = eta * (\sum_z p z * N (K (g z x))).
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite gKi ipZr; ring.
have LK : \sum_z p z * l z (K x) = \sum_z p z * l z x by apply: eq_bigr => z _; rewrite lK.
have LKi : \sum_z p z * l z (Ki x) = \sum_z p z * l z x by apply: eq_bigr => z _; rewrite lKi.
rewrite /F LK LKi SK SKi S0 NE -second_difference_N.
move: (\sum_z p z * l z x) (\sum_z p z * N (K (g z x))) (\sum_z p z * N (Ki (g z x))) => s1 s2 s3.
by move: (\sum_z p z * N (g z x)) (N (K x)) (N (Ki x)) (N x) => s4 s5 s6 s7; field.
Qed.
End SecondDifference.

(* symmetry/translation *)
Section Translation.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (v : V).
Hypothesis grads : forall z x, grad (l z) x (g z x).
Hypothesis inv : forall z x t, l z (x + t *: v) = l z x.
(* (1) *)
Theorem translation_orthogonal z x : <<v, g z x>> = 0.
Proof.
have gx : grad (l z) (x + 0 *: v) (g z x) by rewrite scale0r addr0.
rewrite ipC; apply: deriv_uniq (chain gx (vel_line x v)) _.
by apply: deriv_ext (deriv_cst (l z x)); apply: smallT => t; rewrite inv.
Qed.
Theorem translation_gradient z x t : g z (x + t *: v) = g z x.
Proof.
apply: ip_inj => w; pose c s := x + t *: v + s *: w; pose c' s := x + s *: w.
have g1 : grad (l z) (c 0) (g z (x + t *: v)) by rewrite /c scale0r addr0.
have g2 : grad (l z) (c' 0) (g z x) by rewrite /c' scale0r addr0.
apply: deriv_uniq (chain g1 (vel_line _ w)) _; apply: deriv_ext (chain g2 (vel_line _ w)).
by apply: smallT => s; rewrite /c /c' [x + t *: v + _]addrAC inv.
Qed.
Theorem translation_S (Lam : V -> V) x t : S p g Lam (x + t *: v) = S p g Lam x.
Proof. by congr (_ * _); apply: eq_bigr => z _; rewrite translation_gradient. Qed.
(* (3) *)
Theorem translation_step z x eta gamma :
  <<v, x - eta *: (g z x + (2 * gamma) *: x)>> = (1 - 2 * eta * gamma) * <<v, x>>.
Proof. by rewrite ipBr ipZr ipDr translation_orthogonal ipZr; ring. Qed.
(* (4): without decay, for u = Lambda^-1 v *)
Theorem translation_step_rates (Lam : V -> V) u z x :
  (forall x y, <<Lam x, y>> = <<x, Lam y>>) -> Lam u = v -> <<u, x - Lam (g z x)>> = <<u, x>>.
Proof. by move=> sL Lu; rewrite ipBr -sL Lu translation_orthogonal subr0. Qed.
End Translation.

(* symmetry/continuous-broken (1) and (2) *)
Section Broken.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V).
Variables (K Ks : R -> V -> V) (A At : V -> V) (x : V) (Lam : V -> V).
Hypothesis fam : family K Ks A At.
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis sym : exists2 d, 0 < d & forall h t z, N h <= d -> t ^+ 2 <= d ->
  l z (K t (x + h)) = l z (x + h).
Hypothesis LamP : rates Lam.
Theorem broken_orbit : small (fun t => S p g Lam (K t x)
  = 1 / 4%:R * \sum_z p z * <<Ks t (g z x), Lam (Ks t (g z x))>>).
Proof.
apply: small_impl (orbit_gradient fam grads sym) => t h.
by congr (_ * _); apply: eq_bigr => z _; rewrite h.
Qed.
Theorem broken_derivative : deriv (fun t => S p g Lam (K t x))
  (- (1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>))).
Proof.
have -> : - (1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>))
   = 1 / 4%:R * \sum_z p z * <<2 *: Lam (g z x), - At (g z x)>>.
  rewrite -mulrN -sumrN; congr (_ * _); apply: eq_bigr => z _.
  rewrite ipZl ipNr (ipC (g z x) (A _)) (A_adj fam) -(Lam_sym LamP); ring.
have dS : deriv (fun t => 1 / 4%:R * \sum_z p z * <<Ks t (g z x), Lam (Ks t (g z x))>>)
    (1 / 4%:R * \sum_z p z * <<2 *: Lam (g z x), - At (g z x)>>).
  apply: derivZ; apply: deriv_sum => z; apply: derivZ.
  apply: (chain (f := fun y => <<y, Lam y>>) _ (Ks_vel fam _)); rewrite (Ks0 fam).
  by apply: grad_quad; [apply: Lam_add | apply: Lam_sym | apply: Lam_bound].
by apply: deriv_ext dS; apply: small_impl broken_orbit => t ->.
Qed.
End Broken.

(* symmetry/rotation-preserved: Cayley's rotations are orthogonal *)
Theorem cayley (R : realFieldType) n (X : 'M[R]_n) : X^T = - X -> 1%:M + X \in unitmx ->
  let K := (1%:M - X) *m invmx (1%:M + X) in K^T *m K = 1%:M.
Proof.
move=> aX u K; have KM : K *m (1%:M + X) = 1%:M - X by rewrite /K mulmxKV.
have tP : (1%:M + X)^T = 1%:M - X by rewrite linearD /= trmx1 aX.
have tM : (1%:M - X)^T = 1%:M + X by rewrite linearB /= trmx1 aX opprK.
have uM : 1%:M - X \in unitmx by rewrite -tP unitmx_tr.
have comm : (1%:M + X) *m (1%:M - X) = (1%:M - X) *m (1%:M + X).
  by rewrite mulmxDl mulmxBl !mul1mx mulmxBr mulmxDr !mulmx1 addrA subrK opprD addrA addrK.
apply: (can_inj (mulKmx uM)); apply: (can_inj (mulmxK u)) => /=.
by rewrite mulmx1 -[in LHS]tP mulmxA -trmx_mul KM -mulmxA KM tM comm.
Qed.
